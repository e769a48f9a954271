"""RunningCoach pipelines: the lakehouse, the science and the coach."""
