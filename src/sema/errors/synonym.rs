//! Names that other tools have for what this language names differently: PyTorch, Lightning, Keras, scikit-learn, Ludwig,
//! pandas. The one table of them; a suggestion is made from it where the name of the language is known in that place.

/// A name of the language, and the names that others have for it: in lower case, without underscores.
const SYNONYMS: &[(&str, &[&str])] = &[
    // Settings of `train`.
    ("batch_size", &["batch", "batches", "minibatch", "minibatchsize", "bs", "trainbatchsize"]),
    (
        "clip_norm",
        &["gradientclipval", "gradientclipping", "gradclip", "clipgradnorm", "maxgradnorm", "maxnorm", "clipnorm"],
    ),
    ("epochs", &["epoch", "maxepochs", "numepochs", "nepochs", "trainepochs", "maxiter", "niter", "patience", "wait"]),
    ("iterations", &["maxsteps", "numsteps", "trainsteps", "steps"]),
    ("seed", &["randomstate", "randomseed", "manualseed", "rng"]),
    ("init", &["initializer", "kernelinitializer", "weightinit", "initialization"]),
    ("calibrate", &["calibration", "calibrator"]),
    ("optimizer", &["optim", "opt", "solver"]),
    ("schedule", &["scheduler", "lrscheduler", "lrschedule", "learningratescheduler", "learningrateschedule", "decay"]),
    ("stop", &["earlystopping", "earlystop", "stopping", "stoppingrule"]),
    ("combine", &["model", "fusion", "combiner"]),
    // Settings of a sweep.
    ("over", &["grid", "parameters", "params", "searchspace", "space"]),
    ("seeds", &["seed", "trials", "repeats"]),
    ("select", &["metric", "monitor", "objective", "goal", "scoring"]),
    // Arguments of optimizers.
    ("lr", &["learningrate", "learningrateinit", "baselr", "stepsize", "eta"]),
    ("weight_decay", &["l2", "l2reg", "l2regularization", "wd", "decay"]),
    // Stopping.
    ("patience", &["earlystopping", "earlystop"]),
    ("on", &["monitor", "metric", "by"]),
    // Metrics.
    ("error", &["accuracy", "acc", "errorrate", "misclassification"]),
    ("auc", &["auroc", "rocauc", "aucroc"]),
    ("f1", &["f1score", "fscore", "fmeasure"]),
    ("log_loss", &["crossentropy", "nll", "negativeloglikelihood"]),
    ("brier", &["brierscore"]),
    ("calibration_error", &["ece", "expectedcalibrationerror"]),
    // The parts of the data.
    ("source", &["path", "file", "filename", "dataset", "table", "from"]),
    ("train", &["training", "trainset", "fit"]),
    ("valid", &["validation", "val", "dev", "eval", "validationset"]),
    ("test", &["holdout", "testing", "testset"]),
    ("calib", &["calibration"]),
    ("stratify", &["stratified"]),
    ("group", &["groups", "groupby"]),
    ("fraction", &["share", "percent", "ratio", "random", "sample"]),
    ("last", &["tail", "end"]),
    ("first", &["head", "start"]),
    // Sources.
    ("csv", &["readcsv", "table", "dataframe"]),
    ("tsv", &["readtable"]),
    ("parquet", &["readparquet"]),
    ("arrow", &["feather", "ipc", "readfeather"]),
    ("jsonl", &["json", "ndjson", "readjson", "jsonlines"]),
    ("npy", &["numpy", "loadnpy"]),
    ("images", &["imagefolder", "imagedirectory", "photos"]),
    ("join", &["merge"]),
    ("synthetic", &["generate", "generated", "makeclassification"]),
    // Columns.
    ("column", &["col", "field", "feature"]),
    ("columns", &["cols", "fields", "features"]),
    // Types.
    ("dense", &["float", "vector", "number", "numbers", "numeric", "numerical", "tabular", "real", "tensor"]),
    ("category", &["categorical", "enum", "categories", "nominal"]),
    ("text", &["string", "str"]),
    ("sequence", &["series", "timeseries", "seq", "signal"]),
    ("image", &["picture", "photo", "img"]),
    // Transforms.
    ("standardize", &["normalize", "scale", "standardscaler", "zscore", "normalise", "standardise"]),
    ("min_max", &["minmaxscaler", "rescale"]),
    ("impute", &["fillna", "simpleimputer", "imputer", "fill"]),
    ("lowercase", &["lower", "tolower"]),
    ("chars", &["characters", "chartokenizer"]),
    ("words", &["tokenize", "tokenizer", "tokens", "wordtokenizer"]),
    ("one_hot", &["onehotencoder", "getdummies", "dummies"]),
    ("augment", &["augmentation"]),
    // Layers and functions.
    ("linear", &["fc", "fullyconnected", "affine", "innerproduct"]),
    ("mlp", &["feedforward", "perceptron", "ffn", "densenet"]),
    ("batch_norm", &["batchnorm1d", "batchnorm2d", "batchnormalization", "bn"]),
    ("layer_norm", &["layernormalization", "ln"]),
    ("max_pool", &["maxpool1d", "maxpool2d", "maxpooling1d", "maxpooling2d"]),
    ("avg_pool", &["avgpool1d", "avgpool2d", "averagepooling2d", "averagepool"]),
    ("mean_pool", &["averagepooling1d", "globalaveragepooling1d"]),
    ("global_avg_pool", &["adaptiveavgpool2d", "globalaveragepooling2d", "globalavgpool2d"]),
    ("attention_pool", &["attention", "attentionpooling"]),
    ("embedding", &["embed", "lookup"]),
    ("flatten", &["reshape", "view"]),
    ("concat", &["concatenate", "cat", "hstack"]),
    ("sum", &["add"]),
    ("sigmoid", &["logistic"]),
    // Arguments of layers.
    ("width", &["outfeatures", "units", "features", "size"]),
    ("kernel", &["kernelsize", "filtersize"]),
    ("channels", &["outchannels", "filters"]),
    ("bias", &["usebias"]),
    // Strategies and their settings.
    ("single", &["unimodal", "only"]),
    ("early", &["earlyfusion", "concat", "concatenate"]),
    ("late", &["latefusion", "average", "averaging", "ensemble", "voting", "vote", "mean"]),
    ("additive", &["add", "sum", "addition"]),
    ("multiplicative", &["product", "mul", "multiply", "mult"]),
    ("head", &["heads", "classifier", "decoder"]),
    ("project", &["projection", "projections"]),
];

/// The one of the `known` names that means what others call `word`, or that is written otherwise: `BatchNorm` is `batch_norm`.
pub(crate) fn meaning<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let wanted = plain(word);
    let meant: Vec<&str> =
        SYNONYMS.iter().filter(|(_, others)| others.contains(&wanted.as_str())).map(|(own, _)| *own).collect();
    let mut synonym = None;
    for name in known.into_iter().filter(|name| *name != word) {
        if letters(name).eq(wanted.chars()) {
            return Some(name);
        }
        if synonym.is_none() && meant.contains(&name) {
            synonym = Some(name);
        }
    }
    synonym
}

/// A word in lower case, without underscores and hyphens.
pub(crate) fn plain(word: &str) -> String {
    letters(word).collect()
}

fn letters(word: &str) -> impl Iterator<Item = char> {
    word.chars().filter(|letter| !matches!(letter, '_' | '-')).flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sema::catalog::signatures;
    use crate::spec::Metric;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_is_about_a_name_of_the_language() {
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for (_, signature) in signatures() {
            names.insert(signature.name);
            names.extend(signature.names());
        }
        names.extend(Metric::ALL.map(Metric::as_str));
        for (name, others) in SYNONYMS {
            let of_library = include_str!("../../prelude/prelude.mmc").contains(&format!("\nfn {name}("));
            assert!(names.contains(name) || of_library, "{name}");
            assert!(!others.is_empty() && others.iter().all(|other| plain(other) == **other), "{name}: {others:?}");
        }
    }

    #[test]
    fn a_word_means_what_is_known_there() {
        assert_eq!(meaning("learning_rate", ["lr", "momentum"]), Some("lr"));
        assert_eq!(meaning("learning_rate", ["epochs", "stop"]), None);
        assert_eq!(meaning("BatchNorm", ["linear", "batch_norm"]), Some("batch_norm"));
        assert_eq!(meaning("concat", ["early", "late"]), Some("early"));
        assert_eq!(meaning("early_stopping", ["stop", "epochs"]), Some("stop"));
        assert_eq!(meaning("epochs", ["epochs"]), None);
    }
}
