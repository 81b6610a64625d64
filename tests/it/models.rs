use crate::util::models;

/// The type numbers of unsigned and signed bytes in onnx.proto, 2 and 3, differ in this bit.
const TYPE: u8 = 1;
/// A weight and its zero point, stored unsigned with zero at 128 or signed with zero at 0, differ in this bit.
const ZERO_POINT: u8 = 0x80;

/// Then both give the same integer products, and so the same vectors to the bit, whichever one a processor is given.
#[test]
fn both_model_files_hold_the_same_weights_with_another_zero_point() {
    let unsigned = std::fs::read(models().join("model.onnx")).unwrap();
    let signed = std::fs::read(models().join("model-vnni.onnx")).unwrap();
    assert_eq!(unsigned.len(), signed.len());
    let mut weights = 0;
    let mut types = 0;
    for (at, (a, b)) in unsigned.iter().zip(&signed).enumerate() {
        match a ^ b {
            0 => {}
            ZERO_POINT => weights += 1,
            TYPE => types += 1,
            other => panic!("byte {at} differs by {other:#x}"),
        }
    }
    // Six layers of four 384 x 384 and two 384 x 1,536 matrices: 10,616,832 weights.
    assert!(weights >= 10_616_832, "{weights}");
    assert!((1..=72).contains(&types), "{types}");
}
