//! The stable codes of every problem `mmc` can report, one table.

use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($variant:ident = $code:literal, $title:literal;)*) => {
        /// The kind of a problem. Codes never change their meaning: `MMC01xx` syntax, `MMC02xx` names,
        /// `MMC03xx` types and shapes, `MMC04xx` lints, `MMC05xx` data, `MMC06xx` execution.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "the title beside each variant says what it means")]
        pub enum Code { $($variant),* }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The code as it is printed, such as `MMC0201`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $code),* }
            }

            /// Title.
            pub fn title(self) -> &'static str {
                match self { $(Code::$variant => $title),* }
            }

            /// Explanation with an example: the text of `explain/CODE.md`.
            pub fn explanation(self) -> &'static str {
                match self { $(Code::$variant => include_str!(concat!("explain/", $code, ".md"))),* }
            }
        }
    };
}

codes! {
    UnexpectedToken = "MMC0101", "the text is not what the grammar expects here";
    UnclosedBracket = "MMC0102", "a bracket that is never closed, or closed by another kind";
    BadNumber = "MMC0103", "a number that cannot be read";
    BadString = "MMC0104", "a string that is not closed, or has an unknown escape";
    PipelineHeader = "MMC0105", "a file begins with `pipeline NAME`, once";
    DuplicateKey = "MMC0106", "a key, argument or setting given twice";
    TooDeep = "MMC0107", "brackets or operators nested too deep";
    NotUtf8 = "MMC0108", "the file is not UTF-8 text";

    UnknownName = "MMC0201", "a name that nothing declares";
    DuplicateName = "MMC0202", "a name declared twice";
    UnknownFunction = "MMC0203", "a function, layer, strategy, source or transform that does not exist";
    UnknownArgument = "MMC0204", "an argument the call does not take";
    UnknownKey = "MMC0205", "a setting this block does not have";
    MissingArgument = "MMC0206", "an argument or setting that must be given";
    Cycle = "MMC0207", "declarations that need each other";
    UnknownField = "MMC0208", "a field the value does not have";
    UnknownCombine = "MMC0209", "a combine the file does not declare";
    UnknownParam = "MMC0210", "a param the file does not declare";
    TooManyArguments = "MMC0211", "more arguments than the call takes";
    MissingDeclaration = "MMC0212", "a declaration that every pipeline needs";
    UnreadableUse = "MMC0213", "a used file that cannot be read";
    NotForUse = "MMC0214", "a declaration that a used file cannot hold";

    ShapeMismatch = "MMC0301", "two shapes that must agree do not";
    WrongType = "MMC0302", "a value of another type than is expected here";
    OutOfRange = "MMC0303", "a value outside of what is allowed";
    WeightCount = "MMC0304", "weights that do not match the components or the classes";
    BadMixture = "MMC0305", "a mixture that is empty, repeated or names no input";
    NotABlock = "MMC0306", "a block of layers is expected here";
    BadInput = "MMC0307", "a layer does not take a value of this shape";
    BadBalance = "MMC0315", "a balance of components that does not fit the combine";
    CannotSkip = "MMC0320", "a value that may be missing where a value is required";

    UnusedModality = "MMC0401", "a modality nothing uses";
    UnusedEncoder = "MMC0402", "an encoder no combine uses";
    UnusedParam = "MMC0403", "a param nothing uses";
    UnusedFunction = "MMC0404", "a function nothing calls";
    BetaZero = "MMC0405", "beta = 0 makes the combination a plain average";
    NoValidation = "MMC0406", "early stopping without a validation split";
    LongPatience = "MMC0407", "early stopping that waits longer than the training lasts";
    UnknownLint = "MMC0408", "a comment that allows an unknown lint";
    UnusedAllow = "MMC0409", "a comment that allows a lint that is not reported";
    UnreachedModality = "MMC0410", "a modality that never reaches the loss";
    LargeBeta = "MMC0411", "beta beyond 1";
    ManyMixtures = "MMC0412", "mixtures of so many inputs that there are too many heads";
    LoneComponent = "MMC0413", "a combining strategy with one component";
    ZeroWeight = "MMC0414", "a component of weight 0";
    LargeMargin = "MMC0415", "a margin that no row can pass";
    BoostedBeta = "MMC0416", "boosting together with a tuned beta";
    SharedLate = "MMC0417", "late combination of components that share weights";
    MissingSeed = "MMC0418", "a training without a seed";
    UnreachedStep = "MMC0419", "a step of the learning rate after the training has ended";
    LateMissing = "MMC0420", "`missing` after a transform that changed the values";
    TestStatistics = "MMC0421", "statistics that are fitted on the test rows too";
    TestInTrain = "MMC0422", "rows of another part that are also trained on";
    BatchOfOne = "MMC0423", "batch_norm over batches of one row";
    LastBatchOfOne = "MMC0424", "batch_norm over a last batch of one row";
    IdleSweepParam = "MMC0425", "a swept param that nothing depends on";
    SingleSeed = "MMC0426", "a sweep that trains each model once";
    UnscaledInput = "MMC0427", "numbers of widely different scales, not standardized";
    AbsentClass = "MMC0428", "a class without a row in some part";
    TellingColumn = "MMC0429", "a column that determines the label";
    ImputedModality = "MMC0430", "a modality imputed on rows where all of it is missing";
    NormalizedBoost = "MMC0431", "boosting together with a normalized loss";
    SwappedClasses = "MMC0432", "classes named yes and no in the order that makes 0 the yes";
    ShortLogits = "MMC0440", "logits of a length at which no component is sure";
    BoostedGce = "MMC0445", "boosting together with the generalized cross-entropy";
    LongAnneal = "MMC0446", "a part of the loss that is never trained with in full";
    IdleRowWeight = "MMC0447", "a setting of row weights that are not computed from it";

    FileUnreadable = "MMC0501", "a data file that cannot be opened or read";
    BadCell = "MMC0502", "a cell that is not of the type its column is used as";
    RowLength = "MMC0503", "a row with fewer or more cells than the table has columns";
    MissingColumn = "MMC0504", "a column the table does not have";
    UnknownLabel = "MMC0505", "a label outside of the declared classes";
    EmptyData = "MMC0506", "a data file without rows";
    CorruptFile = "MMC0507", "a compressed file that is truncated or damaged";
    ConstantColumn = "MMC0508", "a column without variation cannot be standardized";
    TooFewRows = "MMC0509", "fewer rows than the split needs";
    ColumnCount = "MMC0510", "the columns selected are not as many as the type declares";
    MissingValue = "MMC0511", "an empty cell without a rule for missing values";
    BadSplitValue = "MMC0512", "a split column says something other than train, valid or test";
    LabelInInput = "MMC0513", "a modality that reads the label's own column";
    BadText = "MMC0514", "a text that is not valid in the encoding of its file";
    BadImage = "MMC0515", "an image that cannot be read, or of another size";
    TooManyValues = "MMC0516", "more different values than a category declares";
    UnmatchedKey = "MMC0517", "a row of a join without a match, not declared optional";
    RepeatedKey = "MMC0518", "a key that occurs twice in a joined table";
    ColumnType = "MMC0519", "a column whose type cannot be converted";
    NothingPresent = "MMC0520", "a row without any modality that could decide it";
    NoRoom = "MMC0521", "prepared data fits neither into memory nor on disk";
    ColumnCollision = "MMC0522", "two columns of a result with the same name";

    NonFinite = "MMC0601", "the loss became infinite or not a number";
    NoDevice = "MMC0602", "the requested device is not available";
    OutOfMemory = "MMC0603", "the device ran out of memory";
    OutputUnwritable = "MMC0604", "the output folder cannot be made or written";
    WriteFailed = "MMC0605", "a result file could not be written whole";
    BadModel = "MMC0606", "a model file that cannot be read";
    ModelMismatch = "MMC0607", "a model file made for another pipeline";
    BadCheckpoint = "MMC0611", "a checkpoint that is damaged or of another training";
    CannotResume = "MMC0612", "a run that cannot be continued as requested";
    UnknownRun = "MMC0620", "a run that does not exist";
    RunDisagrees = "MMC0621", "a run whose files or results do not agree";
    NoPictures = "MMC0622", "a picture that this build or this machine cannot write";
    CannotExport = "MMC0630", "a part of a pipeline that a format cannot hold";
    FeatureMissing = "MMC0631", "a command that this build leaves out";
    NoAddress = "MMC0632", "an address that a server cannot listen at";
    Internal = "MMC0699", "a defect in mmc itself";
}

impl Code {
    /// Prefix and title of each family of codes.
    pub const FAMILIES: [(&'static str, &'static str); 6] = [
        ("MMC01", "Syntax"),
        ("MMC02", "Names"),
        ("MMC03", "Types and shapes"),
        ("MMC04", "Lints"),
        ("MMC05", "Data"),
        ("MMC06", "Execution"),
    ];
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl std::str::FromStr for Code {
    type Err = UnknownCode;

    /// Reads a code in any case, with or without `MMC`.
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let upper = text.trim().to_uppercase();
        let digits = upper.strip_prefix("MMC").unwrap_or(&upper);
        let found = Code::ALL.iter().find(|code| code.as_str().strip_prefix("MMC") == Some(digits));
        found.copied().ok_or_else(|| UnknownCode(text.to_owned()))
    }
}

/// A text that is not a code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a code; a code looks like `MMC0301`")]
pub struct UnknownCode(String);

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
