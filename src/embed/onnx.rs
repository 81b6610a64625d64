//! The sentence model, run by ONNX Runtime through fastembed.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use fastembed::{
    InitOptionsUserDefined, Pooling, QuantizationMode, TextEmbedding, TokenizerFiles, UserDefinedEmbeddingModel,
};

use ort::environment::Environment;

use super::sessions::Sessions;
use super::{Artefacts, EmbedError, Embedder, LibraryFault, ModelIdentity, library};
use crate::parallel::cores;

/// A loaded model with one thread per run.
///
/// Short texts gain nothing from threads within a run, so parallel work takes more sessions instead: for requests as many as
/// `MOST_SESSIONS`, while many documents are embedded one per core, given back afterwards.
pub struct OnnxEmbedder {
    artefacts: Artefacts,
    sessions: Arc<Sessions<TextEmbedding>>,
    /// Whole words of the tokenizer, gathered at the first question about one.
    words: OnceLock<HashSet<String>>,
}

/// Sessions that requests share at most. Each takes about 25 MB; a request holds one for about half of the time that it takes
/// altogether, so four keep eight cores busy.
const MOST_SESSIONS: usize = 4;

impl std::fmt::Debug for OnnxEmbedder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OnnxEmbedder").field("model", self.artefacts.identity()).finish_non_exhaustive()
    }
}

impl OnnxEmbedder {
    /// Loads the library once per process and the model. The artefacts were verified when they were located.
    ///
    /// # Errors
    /// [`EmbedError::Library`], [`EmbedError::Model`]
    pub fn load(artefacts: Artefacts) -> Result<Self, EmbedError> {
        Self::with_sessions(artefacts, cores().min(MOST_SESSIONS))
    }

    /// The same with so many sessions at most, and at least one.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn with_sessions(artefacts: Artefacts, most: usize) -> Result<Self, EmbedError> {
        let sessions = Arc::new(Sessions::new(open_session(&artefacts)?, most));
        Ok(Self { artefacts, sessions, words: OnceLock::new() })
    }

    /// Runs `work` with a session of its own.
    fn with_session<R>(&self, work: impl FnOnce(&mut TextEmbedding) -> R) -> R {
        let artefacts = self.artefacts.clone();
        let open = move || {
            open_session(&artefacts)
                .inspect_err(
                    |error| tracing::warn!(%error, "no further session of the model; requests wait for the others"),
                )
                .ok()
        };
        self.sessions.with(open, work)
    }
}

/// Loads the ONNX Runtime library; a process has one, and one environment, for all its life.
fn environment(path: &Path) -> Result<Environment, EmbedError> {
    static LOADED: OnceLock<Result<Environment, LibraryFault>> = OnceLock::new();
    let loaded = LOADED.get_or_init(|| {
        // ort panics where the library lacks its entry point or is older than the bindings. The hash that was compared
        // rules both out; the catch is for a library that the system cannot link as it did elsewhere.
        std::panic::catch_unwind(|| {
            let refused = |message: String| LibraryFault::Refused { message };
            let builder = ort::init_from(path)
                .map_err(|error| refused(library::why_not_loaded(path).unwrap_or_else(|| error.to_string())))?;
            builder.with_telemetry(false).build().map_err(|error| refused(error.to_string()))
        })
        .unwrap_or(Err(LibraryFault::Foreign))
    });
    loaded.clone().map_err(|reason| EmbedError::Library { path: path.to_owned(), reason })
}

fn open_session(artefacts: &Artefacts) -> Result<TextEmbedding, EmbedError> {
    let read = |role| artefacts.read(role).map_err(EmbedError::Artefact);
    let tokenizer = TokenizerFiles {
        tokenizer_file: read("tokenizer")?,
        config_file: read("config")?,
        special_tokens_map_file: read("special_tokens_map")?,
        tokenizer_config_file: read("tokenizer_config")?,
    };
    // Linking the library takes as long as reading the model.
    let (model, environment) = std::thread::scope(|scope| {
        let model = scope.spawn(|| artefacts.read_model().map_err(EmbedError::Artefact));
        let environment = environment(artefacts.library())?;
        Ok::<_, EmbedError>((model.join().unwrap_or_else(|_| Err(ended_early()))?, environment))
    })?;
    let model = UserDefinedEmbeddingModel::new(model, tokenizer)
        .with_pooling(Pooling::Mean)
        // Tells fastembed to refuse batches: activations are scaled per run, so batch mates would change a vector.
        .with_quantization(QuantizationMode::Dynamic);
    let options = InitOptionsUserDefined::new()
        .with_environment(environment)
        .with_max_length(artefacts.max_tokens())
        .with_intra_threads(1);
    TextEmbedding::try_new_from_user_defined(model, options)
        .map_err(|error| EmbedError::Model { reason: error.to_string() })
}

fn ended_early() -> EmbedError {
    EmbedError::Model { reason: "a worker thread ended early".to_owned() }
}

fn run(session: &mut TextEmbedding, text: &str, dim: usize) -> Result<Vec<f32>, EmbedError> {
    let failed = |reason: String| EmbedError::Run { characters: text.chars().count(), reason };
    let vector = session
        .embed([text], None)
        .map_err(|error| failed(error.to_string()))?
        .pop()
        .ok_or_else(|| failed("it gave no vector".to_owned()))?;
    if vector.len() != dim {
        return Err(failed(format!("its vector has {} values, {dim} were expected", vector.len())));
    }
    // fastembed normalises; a vector of zeros or of overflow would poison every comparison, so it is refused here.
    let length = vector.iter().map(|value| value * value).sum::<f32>();
    if !length.is_finite() || (length - 1.0).abs() > 1e-3 {
        return Err(failed("its vector is not of unit length".to_owned()));
    }
    Ok(vector)
}

/// How much of a text is handed to the tokenizer, in bytes. 256 word pieces are rarely more than 2,000 bytes; a request of
/// 100 kB would otherwise be cut into pieces only to be thrown away.
const MOST_BYTES: usize = 8_192;

fn head(text: &str) -> &str {
    &text[..text.floor_char_boundary(MOST_BYTES)]
}

impl Embedder for OnnxEmbedder {
    fn dim(&self) -> usize {
        self.artefacts.identity().dim
    }

    fn identity(&self) -> &ModelIdentity {
        self.artefacts.identity()
    }

    fn knows_word(&self, word: &str) -> bool {
        // Of the tokens, these are whole words: continued pieces begin with `##`, special tokens are in brackets.
        let is_plain = |word: &str| word.len() > 2 && word.bytes().all(|letter| letter.is_ascii_lowercase());
        let gather = || {
            let tokens = self.with_session(|session| session.tokenizer.get_vocab(true));
            tokens.into_keys().filter(|token| is_plain(token)).collect()
        };
        is_plain(word) && self.words.get_or_init(gather).contains(word)
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        self.with_session(|session| run(session, head(text), self.dim()))
    }

    fn embed_each(&self, texts: &[&str], each: &(dyn Fn(usize, Vec<f32>) + Sync)) -> Result<(), EmbedError> {
        let dim = self.dim();
        // A further session takes about as long to open as forty texts take to embed.
        let workers = cores().min(texts.len() / 40 + 1);
        let next = AtomicUsize::new(0);
        let work = |session: &mut TextEmbedding| -> Result<(), EmbedError> {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(text) = texts.get(at) else { return Ok(()) };
                match run(session, head(text), dim) {
                    Ok(row) => each(at, row),
                    Err(error) => {
                        // The others need not finish what will be thrown away.
                        next.store(texts.len(), Ordering::Relaxed);
                        return Err(error);
                    }
                }
            }
        };
        std::thread::scope(|scope| {
            let work = &work;
            let helpers: Vec<_> =
                (1..workers).map(|_| scope.spawn(move || work(&mut open_session(&self.artefacts)?))).collect();
            let mut result = self.with_session(work);
            for helper in helpers {
                result = result.and(helper.join().unwrap_or_else(|_| Err(ended_early())));
            }
            result
        })
    }
}
