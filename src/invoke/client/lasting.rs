//! Does a server that failed say that the same request will fail again?
//!
//! APIs answer 500 with what their database or runtime said. Of that, errors of syntax, names, types and bounds come from what the
//! request holds, and come again however often it is sent. Deadlocks, timeouts and lost connections pass.
//!
//! Messages are compared in small letters and digits alone. A family is the fixed words of one message, in their order; between
//! them stand the values that the message is made with.

/// The fixed words of one or of several messages.
type Family = &'static [&'static str];

/// What passes, whatever else is said beside it: SQL Server's errors 1205, 1222, 3960, 701, -2 and those of lost connections.
const PASSING: &[Family] = &[
    &["deadlock"],
    &["lockrequesttimeout"],
    &["snapshotisolationtransactionaborted"],
    &["insufficientsystemmemory"],
    &["timeoutexpired"],
    &["timedout"],
    &["transportlevelerror"],
    &["rerunthetransaction"],
    &["rerunyourquery"],
];

/// SQL Server's messages, each with the numbers of its errors (`sys.messages`).
const SQL_SERVER: &[(&str, Family)] = &[
    ("102, 156, 170, 235, 325", &["incorrectsyntax"]),
    ("103", &["identifierthatstartswith", "istoolong"]),
    ("105", &["unclosedquotationmark"]),
    ("108", &["orderbypositionnumber", "outofrange"]),
    ("113", &["missingendcommentmark"]),
    ("127, 10742, 10743", &["maynotbenegative"]),
    ("137", &["mustdeclarethe", "variable"]),
    ("145", &["orderbyitemsmustappearintheselectlist"]),
    ("174, 189", &["functionrequires", "argument"]),
    ("195", &["isnotarecognized"]),
    ("201, 8178", &["expectsparameter", "whichwasnotsupplied"]),
    ("206", &["operandtypeclash"]),
    ("207", &["invalidcolumn"]),
    ("208", &["invalidobject"]),
    ("209", &["ambiguouscolumn"]),
    ("214", &["expectsparameter", "oftype"]),
    ("220, 232, 8115", &["arithmeticoverflow"]),
    ("241, 245, 8169, 9819", &["conversionfailed"]),
    ("242, 298", &["theconversionofa", "outofrange"]),
    ("244, 248", &["theconversionof", "overflowed"]),
    ("257", &["implicitconversionfrom", "isnotallowed"]),
    ("260", &["disallowedimplicitconversion"]),
    ("295, 293, 235", &["cannotconvert"]),
    ("306", &["datatypescannotbecomparedorsorted"]),
    ("402", &["thedatatypes", "areincompatibleinthe", "operator"]),
    ("512", &["subqueryreturnedmorethan1value"]),
    ("515", &["cannotinsertthevaluenull"]),
    ("517", &["addingavaluetoa", "causedanoverflow"]),
    ("529", &["explicitconversionfrom", "isnotallowed"]),
    ("535", &["functionresultedinanoverflow"]),
    ("536, 537", &["invalidlengthparameter"]),
    ("544", &["cannotinsertexplicitvalueforidentitycolumn"]),
    ("547", &["conflictedwiththe", "constraint"]),
    ("2601", &["cannotinsertduplicatekey"]),
    ("2627", &["violationof", "constraint"]),
    ("2628, 8152", &["binarydatawouldbetruncated"]),
    ("2812", &["couldnotfindstoredprocedure"]),
    ("4104, 4145", &["multipartidentifier", "couldnotbebound"]),
    ("4145", &["nonbooleantypespecifiedinacontextwhereaconditionisexpected"]),
    ("7630, 7619", &["fulltextsearchcondition"]),
    ("8003", &["requesthastoomanyparameters"]),
    ("8114", &["errorconverting"]),
    ("8117", &["operanddatatype", "isinvalidfor", "operator"]),
    ("8120, 8127", &["isinvalidinthe", "becauseitisnotcontainedin"]),
    ("8134", &["dividebyzero"]),
    ("8144", &["hastoomanyargumentsspecified"]),
    ("8623, 8631", &["queryprocessorranoutofinternalresources"]),
    ("9420, 9455", &["xmlparsing"]),
    ("10744", &["providedforafetchclausemustbegreaterthen"]),
];

/// .NET's messages, each with the exception that has it.
const DOT_NET: &[(&str, Family)] = &[
    ("ArgumentException", &["anitemwiththesamekeyhasalreadybeenadded"]),
    ("ArgumentException", &["mustbeanenum"]),
    ("ArgumentException", &["requestedvalue", "wasnotfound"]),
    ("ArgumentException", &["objectoftype", "cannotbeconverted"]),
    ("ArgumentNullException", &["valuecannotbenull"]),
    ("ArgumentOutOfRangeException", &["specifiedargumentwasoutoftherange"]),
    ("ArgumentOutOfRangeException", &["indexwasoutofrange"]),
    ("ArgumentOutOfRangeException", &["mustbenonnegative"]),
    ("ArgumentOutOfRangeException", &["cannotbelessthanzero"]),
    ("ArgumentOutOfRangeException", &["lengthmustrefertoalocationwithin"]),
    ("ArgumentOutOfRangeException", &["unrepresentabledatetime"]),
    ("DivideByZeroException", &["attemptedtodividebyzero"]),
    ("FormatException", &["inputstring", "notinacorrectformat"]),
    ("FormatException", &["wasnotrecognizedasavalid"]),
    ("FormatException", &["couldnotberecognizedasavalid"]),
    ("FormatException", &["isnotavalidvaluefor"]),
    ("FormatException", &["guidshouldcontain"]),
    ("FormatException", &["unrecognizedguidformat"]),
    ("FormatException", &["notavalidbase64string"]),
    ("IndexOutOfRangeException", &["indexwasoutsidetheboundsofthearray"]),
    ("InvalidCastException", &["invalidcast"]),
    ("InvalidCastException", &["castisnotvalid"]),
    ("InvalidCastException", &["unabletocast"]),
    ("InvalidOperationException", &["sequencecontains"]),
    ("InvalidOperationException", &["nullableobjectmusthaveavalue"]),
    ("JsonException", &["cannotdeserialize"]),
    ("JsonException", &["jsonvaluecouldnotbeconverted"]),
    ("JsonReaderException", &["unexpectedcharacterencountered"]),
    ("KeyNotFoundException", &["keywasnotpresentinthedictionary"]),
    ("OverflowException", &["valuewaseithertoolargeortoosmall"]),
    ("ParseException of dynamic LINQ", &["nopropertyorfield", "existsintype"]),
    ("SqlTypeException", &["sqldatetimeoverflow"]),
    ("UriFormatException", &["invaliduri"]),
];

/// What other databases and frameworks say.
const OTHERS: &[Family] = &[
    &["badrequest"],
    &["cannotparse"],
    &["couldnotconvert"],
    &["couldnotfindmember"],
    &["couldnotparse"],
    &["divisionbyzero"],
    &["doesnotexist"],
    &["failedtoconvert"],
    &["failedtoparse"],
    &["invalidinputsyntax"],
    &["invalidinputvalue"],
    &["nosuchcolumn"],
    &["nosuchtable"],
    &["notarecognized"],
    &["syntaxerror"],
    &["unabletoconvert"],
    &["unabletoparse"],
    &["unknowncolumn"],
    &["unterminatedquoted"],
    &["valuetoolongfortype"],
];

/// Whether one of the texts is of a failure that lasts, and none of one that passes.
pub(super) fn is_lasting<'t>(said: impl Iterator<Item = &'t str>) -> bool {
    let mut lasts = false;
    for plain in said.map(plain) {
        if PASSING.iter().any(|family| holds(&plain, family)) {
            return false;
        }
        let mut families = SQL_SERVER.iter().chain(DOT_NET).map(|(_, family)| family).chain(OTHERS);
        lasts |= families.any(|family| holds(&plain, family));
    }
    lasts
}

/// A text in small letters and digits alone.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether a text holds all words of a family, in their order.
fn holds(plain: &str, family: Family) -> bool {
    let mut rest = Some(plain);
    for words in family {
        rest = rest.and_then(|rest| rest.split_once(words)).map(|(_, after)| after);
    }
    rest.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_compared_as_texts_are() {
        let numbered = SQL_SERVER.iter().chain(DOT_NET).map(|(_, family)| family);
        for family in numbered.chain(OTHERS).chain(PASSING) {
            assert!(!family.is_empty() && family.iter().all(|words| plain(words) == **words), "{family:?}");
        }
    }

    #[test]
    fn errors_of_what_a_request_holds_last() {
        for said in [
            "String was not recognized as a valid DateTime.",
            "String '2024-13-01' was not recognized as a valid Boolean.",
            "The conversion of a varchar data type to a datetime data type resulted in an out-of-range value.",
            "The conversion of the varchar value '99999999999' overflowed an int column.",
            "Unclosed quotation mark after the character string 'x'.",
            "The multi-part identifier \"x.y\" could not be bound.",
            "Operand type clash: int is incompatible with date",
            "String or binary data would be truncated in table 'psa.dbo.SR_Service', column 'Summary'.",
            "Divide by zero error encountered.",
            "Invalid length parameter passed to the LEFT or SUBSTRING function",
            "Value cannot be null. Parameter name: x",
            "Input string was not in a correct format.",
            "The input string 'abc' was not in a correct format.",
            "Operand data type nvarchar is invalid for sum operator.",
            "The INSERT statement conflicted with the FOREIGN KEY constraint \"FK_x\".",
            "Value was either too large or too small for an Int32.",
            "Must declare the scalar variable \"@p1\".",
            "The offset specified in a OFFSET clause may not be negative.",
        ] {
            assert!(is_lasting([said].into_iter()), "{said}");
        }
    }

    #[test]
    fn errors_of_the_moment_pass() {
        for said in [
            "Transaction (Process ID 60) was deadlocked on lock resources with another process and has been chosen as the deadlock \
             victim. Rerun the transaction.",
            "Timeout expired. The timeout period elapsed prior to completion of the operation or the server is not responding.",
            "Execution Timeout Expired.",
            "Lock request time out period exceeded.",
            "A transport-level error has occurred when receiving results from the server.",
            "Object reference not set to an instance of an object.",
            "An error has occurred.",
            "The value of the operator is unknown.",
            "could not be bound",
            "",
        ] {
            assert!(!is_lasting([said].into_iter()), "{said}");
        }
        // What passes is the cause of what is said beside it.
        assert!(!is_lasting(["Conversion failed.", "Execution Timeout Expired."].into_iter()));
    }
}
