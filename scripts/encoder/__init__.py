"""The training of the sentence model: pairs, network, adapter. scripts/train_encoder.py runs it."""
