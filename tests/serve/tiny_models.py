"""Tiny models with random weights, built in a test's directory: shapes are real, answers mean nothing."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

TEXTS = [
    "Paris is the capital of France, and the tower is 324 metres tall.",
    "My name is Wolfgang and I live in Berlin. I love this film!",
    "What is the house? The house is wonderful, thank you very much.",
    "abcdefghijklmnopqrstuvwxyz 0123456789 .,!?",
]
CHAT = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
_SMALL = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
_T: Any = importlib.import_module("transformers")
_TOKENIZERS: Any = importlib.import_module("tokenizers")


def _word_tokenizer(where: Path, **options: object) -> Any:
    """A lower-casing word-piece tokenizer with BERT's special tokens."""
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = _TOKENIZERS.Tokenizer(_TOKENIZERS.models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = _TOKENIZERS.normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = _TOKENIZERS.pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = _TOKENIZERS.decoders.WordPiece()
    trainer = _TOKENIZERS.trainers.WordPieceTrainer(vocab_size=300, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = _TOKENIZERS.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {f"{token.strip('[]').lower()}_token": token for token in special}
    wrapped = _T.BertTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **names, **options)
    wrapped.save_pretrained(where)
    return wrapped


def _byte_tokenizer(where: Path) -> Any:
    """A byte-level tokenizer with a chat template."""
    tokenizer = _TOKENIZERS.Tokenizer(_TOKENIZERS.models.BPE())
    tokenizer.pre_tokenizer = _TOKENIZERS.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = _TOKENIZERS.decoders.ByteLevel()
    alphabet = _TOKENIZERS.pre_tokenizers.ByteLevel.alphabet()
    trainer = _TOKENIZERS.trainers.BpeTrainer(
        vocab_size=320, special_tokens=["<|end|>"], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    wrapped = _T.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|end|>", bos_token="<|end|>", pad_token="<|end|>", model_max_length=128
    )
    wrapped.chat_template = CHAT
    wrapped.save_pretrained(where)
    return wrapped


def _labels(*names: str) -> dict[str, object]:
    return {"id2label": dict(enumerate(names)), "label2id": {name: at for at, name in enumerate(names)}}


def _bert(where: Path, head: str, **options: object) -> None:
    tokenizer = _word_tokenizer(where)
    config = _T.BertConfig(
        vocab_size=len(tokenizer), max_position_embeddings=64, initializer_range=0.5, **{**_SMALL, **options}
    )
    getattr(_T, head)(config).save_pretrained(where)


def _t5(where: Path) -> None:
    tokenizer = _word_tokenizer(where, model_input_names=["input_ids", "attention_mask"])
    config = _T.T5Config(
        vocab_size=len(tokenizer),
        d_model=32,
        d_kv=8,
        d_ff=32,
        num_layers=1,
        num_heads=2,
        pad_token_id=0,
        eos_token_id=3,
        decoder_start_token_id=0,
        initializer_factor=3.0,
    )
    model = _T.T5ForConditionalGeneration(config)
    model.generation_config.max_length = 12
    model.save_pretrained(where)


def _llama(where: Path) -> None:
    tokenizer = _byte_tokenizer(where)
    config = _T.LlamaConfig(
        vocab_size=len(tokenizer),
        num_key_value_heads=2,
        max_position_embeddings=128,
        initializer_range=0.5,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=0,
        **_SMALL,
    )
    model = _T.LlamaForCausalLM(config)
    model.generation_config.max_new_tokens = 8
    model.save_pretrained(where)


def _image_processor(where: Path, kind: str = "ViTImageProcessor", **options: object) -> Any:
    processor = getattr(_T, kind)(**(options or {"size": {"height": 32, "width": 32}}))
    processor.save_pretrained(where)
    return processor


def _vit(where: Path) -> None:
    _image_processor(where)
    config = _T.ViTConfig(
        image_size=32, patch_size=16, initializer_range=0.3, **_SMALL, **_labels("cat", "dog", "tiger")
    )
    _T.ViTForImageClassification(config).save_pretrained(where)


def _vilt(where: Path) -> None:
    tokenizer = _word_tokenizer(where)
    processor = _T.ViltImageProcessor(size={"shortest_edge": 32}, size_divisor=16)
    _T.ViltProcessor(processor, tokenizer).save_pretrained(where)
    config = _T.ViltConfig(
        vocab_size=len(tokenizer),
        image_size=32,
        patch_size=16,
        max_position_embeddings=64,
        initializer_range=0.3,
        **_SMALL,
        **_labels("yes", "no", "two", "red"),
    )
    _T.ViltForQuestionAnswering(config).save_pretrained(where)


def _captioner(where: Path) -> None:
    tokenizer = _byte_tokenizer(where)
    _image_processor(where)
    encoder = _T.ViTConfig(image_size=32, patch_size=16, **_SMALL)
    decoder = _T.GPT2Config(
        vocab_size=len(tokenizer), n_positions=64, n_embd=32, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0
    )
    config = _T.VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)
    config.decoder_start_token_id = config.pad_token_id = 0
    model = _T.VisionEncoderDecoderModel(config=config)
    model.generation_config = _T.GenerationConfig(
        max_new_tokens=6, decoder_start_token_id=0, pad_token_id=0, eos_token_id=0, bos_token_id=0
    )
    model.save_pretrained(where)


def _upscaler(where: Path) -> None:
    _image_processor(where, "Swin2SRImageProcessor", do_rescale=True)
    config = _T.Swin2SRConfig(
        image_size=16, patch_size=1, embed_dim=8, depths=[1], num_heads=[2], window_size=4, mlp_ratio=1.0, upscale=2
    )
    _T.Swin2SRForImageSuperResolution(config).save_pretrained(where)


def _segformer(where: Path) -> None:
    _image_processor(where, "SegformerImageProcessor")
    config = _T.SegformerConfig(
        depths=[1] * 4,
        hidden_sizes=[8, 8, 16, 16],
        num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=16,
        initializer_range=0.5,
        **_labels("sky", "grass", "tiger"),
    )
    _T.SegformerForSemanticSegmentation(config).save_pretrained(where)


def _yolos(where: Path) -> None:
    _image_processor(where, "YolosImageProcessor", size={"shortest_edge": 32, "longest_edge": 48})
    config = _T.YolosConfig(
        image_size=[32, 48], num_detection_tokens=5, initializer_range=0.5, **_SMALL, **_labels("cat", "dog")
    )
    _T.YolosForObjectDetection(config).save_pretrained(where)


def _clip(where: Path) -> None:
    tokenizer = _word_tokenizer(where, model_input_names=["input_ids", "attention_mask"])
    processor = _T.CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    processor.save_pretrained(where)
    text = {"vocab_size": len(tokenizer), "max_position_embeddings": 64, "bos_token_id": 2, "eos_token_id": 3}
    config = _T.CLIPConfig(
        text_config={**text, **_SMALL}, vision_config={"image_size": 32, "patch_size": 16, **_SMALL}, projection_dim=16
    )
    _T.CLIPModel(config).save_pretrained(where)


def _tapas(where: Path) -> None:
    where.mkdir(parents=True, exist_ok=True)
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[EMPTY]", *sorted(set("".join(TEXTS).lower()) - {" "})]
    words = [*pieces, *(f"##{letter}" for letter in pieces[6:])]
    (where / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    _T.TapasTokenizer(str(where / "vocab.txt"), model_max_length=128).save_pretrained(where)
    config = _T.TapasConfig(
        vocab_size=len(words),
        max_position_embeddings=128,
        num_aggregation_labels=4,
        no_aggregation_label_index=0,
        aggregation_labels=dict(enumerate(["NONE", "SUM", "AVERAGE", "COUNT"])),
        average_logits_per_cell=False,
        select_one_column=True,
        initializer_range=0.5,
        **_SMALL,
    )
    model = _T.TapasForQuestionAnswering(config)
    model.output_bias.data.fill_(50.0)  # so that it chooses cells
    model.save_pretrained(where)


def _layoutlm(where: Path) -> None:
    tokenizer = _word_tokenizer(where)
    config = _T.LayoutLMConfig(vocab_size=len(tokenizer), max_position_embeddings=64, initializer_range=0.5, **_SMALL)
    _T.LayoutLMForQuestionAnswering(config).save_pretrained(where)


def _letters(where: Path, *letters: str) -> str:
    where.mkdir(parents=True, exist_ok=True)
    path = where / "vocab.json"
    path.write_text(json.dumps({letter: at for at, letter in enumerate(letters)}), encoding="utf-8")
    return str(path)


def _hearing(**options: object) -> Any:
    return _T.Wav2Vec2Config(
        conv_dim=(16, 16),
        conv_stride=(8, 8),
        conv_kernel=(10, 8),
        num_feat_extract_layers=2,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=2,
        initializer_range=0.5,
        **_SMALL,
        **options,
    )


def _wav2vec2(where: Path) -> None:
    letters = _letters(where, "<pad>", "<s>", "</s>", "<unk>", "|", *"ETAONIHSRDLU")
    tokenizer = _T.Wav2Vec2CTCTokenizer(letters)
    _T.Wav2Vec2Processor(_T.Wav2Vec2FeatureExtractor(), tokenizer).save_pretrained(where)
    _T.Wav2Vec2ForCTC(_hearing(vocab_size=len(tokenizer), pad_token_id=0)).save_pretrained(where)


def _listener(where: Path) -> None:
    _T.Wav2Vec2FeatureExtractor().save_pretrained(where)
    config = _hearing(classifier_proj_size=16, **_labels("yes", "no", "stop"))
    _T.Wav2Vec2ForSequenceClassification(config).save_pretrained(where)


def _vits(where: Path) -> None:
    letters = _letters(where, *" abcdefghijklmnopqrstuvwxyz'-.,!?", "<unk>")
    tokenizer = _T.VitsTokenizer(letters, pad_token=" ", phonemize=False, is_uroman=False)
    tokenizer.save_pretrained(where)
    config = _T.VitsConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        ffn_dim=16,
        flow_size=16,
        spectrogram_bins=17,
        prior_encoder_num_flows=1,
        prior_encoder_num_wavenet_layers=1,
        posterior_encoder_num_wavenet_layers=1,
        duration_predictor_num_flows=1,
        duration_predictor_filter_channels=8,
        depth_separable_num_layers=1,
        upsample_initial_channel=16,
        upsample_rates=[4, 4],
        upsample_kernel_sizes=[8, 8],
        resblock_kernel_sizes=[3],
        resblock_dilation_sizes=[[1]],
    )
    _T.VitsModel(config).save_pretrained(where)


BUILDERS: dict[str, Callable[[Path], None]] = {
    "text-classification": lambda where: _bert(where, "BertForSequenceClassification", **_labels("bad", "so", "good")),
    "token-classification": lambda where: _bert(where, "BertForTokenClassification", **_labels("O", "B-PER", "I-PER")),
    "zero-shot-classification": lambda where: _bert(
        where, "BertForSequenceClassification", **_labels("contradiction", "neutral", "entailment")
    ),
    "fill-mask": lambda where: _bert(where, "BertForMaskedLM"),
    "feature-extraction": lambda where: _bert(where, "BertModel"),
    "question-answering": lambda where: _bert(where, "BertForQuestionAnswering"),
    "summarization": _t5,
    "translation": _t5,
    "text2text-generation": _t5,
    "text-generation": _llama,
    "conversational": _llama,
    "image-classification": _vit,
    "image-segmentation": _segformer,
    "object-detection": _yolos,
    "zero-shot-image-classification": _clip,
    "table-question-answering": _tapas,
    "document-question-answering": _layoutlm,
    "visual-question-answering": _vilt,
    "image-to-text": _captioner,
    "image-to-image": _upscaler,
    "audio-classification": _listener,
    "automatic-speech-recognition": _wav2vec2,
    "text-to-speech": _vits,
}
"""Task to the function that writes a model for it into a directory."""


def build(task: str, where: Path) -> str:
    """Write the model of a task, the same on every call, and give its directory."""
    _T.set_seed(7)
    BUILDERS[task](where)
    return str(where)
