"""Training: recipes, the trainer, logs, checkpoints and export."""
