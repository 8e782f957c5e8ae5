"""What happens to a task after it was accepted: the record of tasks, their way through the statuses, their threads and files."""
