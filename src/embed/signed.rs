//! The model with signed weights, made from the one with unsigned weights.
//!
//! Unsigned weights are right on every processor. Where there is VNNI, which multiplies unsigned by signed numbers, signed ones
//! take half the time; without it their products are added in saturating 16 bits and go wrong. Both give the same vectors to
//! the bit: `models.toml` has the measurements.

use std::ops::Range;

/// Field numbers of onnx.proto.
const GRAPH: u64 = 7;
const INITIALIZER: u64 = 5;
const DATA_TYPE: u64 = 2;
const RAW_DATA: u64 = 9;
/// `TensorProto.DataType` of unsigned bytes; that of signed bytes, 3, differs from it in `TYPE_BIT`.
const UINT8: u8 = 2;
const TYPE_BIT: u8 = 1;
/// An unsigned number with zero at 128 and a signed one with zero at 0 differ in this bit.
const ZERO_POINT: u8 = 0x80;

/// Stores every tensor of unsigned bytes, which are the weights and their zero points, as signed bytes.
///
/// # Errors
/// The bytes as they were, where they are no ONNX model.
pub(super) fn with_signed_weights(mut model: Vec<u8>) -> Result<Vec<u8>, Vec<u8>> {
    let Some(tensors) = unsigned_tensors(&model) else { return Err(model) };
    for (data_type, raw_data) in tensors {
        model[data_type] ^= TYPE_BIT;
        for byte in &mut model[raw_data] {
            *byte ^= ZERO_POINT;
        }
    }
    Ok(model)
}

/// For each tensor of unsigned bytes the place of its type and that of its numbers, both within `model`.
fn unsigned_tensors(model: &[u8]) -> Option<Vec<(usize, Range<usize>)>> {
    let mut found = Vec::new();
    for graph in fields(model, 0..model.len(), GRAPH)? {
        for tensor in fields(model, graph, INITIALIZER)? {
            let data_type = fields(model, tensor.clone(), DATA_TYPE)?.pop()?.start;
            if *model.get(data_type)? == UINT8 {
                found.push((data_type, fields(model, tensor, RAW_DATA)?.pop()?));
            }
        }
    }
    Some(found)
}

/// Where the contents of the fields with this number lie, of the protobuf message at `within`.
fn fields(bytes: &[u8], within: Range<usize>, wanted: u64) -> Option<Vec<Range<usize>>> {
    let Range { start: mut at, end } = within;
    let mut found = Vec::new();
    while at < end {
        let key = varint(bytes, &mut at)?;
        let start = at;
        let length = match key & 7 {
            0 => {
                varint(bytes, &mut at)?;
                at - start
            }
            1 => 8,
            2 => usize::try_from(varint(bytes, &mut at)?).ok()?,
            5 => 4,
            _ => return None,
        };
        let start = if key & 7 == 2 { at } else { start };
        at = start.checked_add(length).filter(|reached| *reached <= end)?;
        if key >> 3 == wanted {
            found.push(start..at);
        }
    }
    Some(found)
}

/// A number of at most 64 bits, seven a byte, the lowest first; `at` moves behind it.
fn varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    /// A message of one field, as protobuf writes it.
    fn field(number: u8, content: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(content.len()).unwrap()], content].concat()
    }

    fn model_of(data_type: u8, raw_data: &[u8]) -> Vec<u8> {
        let tensor = [&[1 << 3, 2, 2 << 3, data_type], &field(9, raw_data)[..]].concat();
        [&[1 << 3, 10], &field(7, &[field(5, &tensor), field(2, b"name")].concat())[..]].concat()
    }

    #[test]
    fn unsigned_bytes_become_signed_and_others_stay() {
        assert_eq!(with_signed_weights(model_of(UINT8, &[0, 128, 255])), Ok(model_of(3, &[128, 0, 127])));
        for other in [1, 3, 7] {
            assert_eq!(with_signed_weights(model_of(other, &[0, 128, 255])), Ok(model_of(other, &[0, 128, 255])));
        }
    }

    #[test]
    fn the_pinned_model_becomes_what_the_quantiser_wrote_with_signed_weights() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/models/model.onnx");
        let signed = with_signed_weights(std::fs::read(path).unwrap()).unwrap();
        let hash: String = Sha256::digest(signed).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, "4aedfe6948612914d3733b9339fb8d9473351ba1c031b4f7a89cdac33a0dd18a");
    }

    #[test]
    fn what_is_no_model_comes_back() {
        let whole = model_of(UINT8, &[1, 2, 3]);
        for cut in 1..whole.len() {
            let part = whole[..cut].to_vec();
            // A model may end after its version: then it has no weights.
            let made = with_signed_weights(part.clone());
            assert!(made == Err(part.clone()) || (cut == 2 && made == Ok(part.clone())), "{part:?}: {made:?}");
        }
        assert!(with_signed_weights(vec![0xff; 40]).is_err());
    }
}
