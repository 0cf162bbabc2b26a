"""Training: the loop, the worker process, the launcher of workers, fine-tuning."""
