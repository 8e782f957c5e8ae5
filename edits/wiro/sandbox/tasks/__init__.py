"""What happens to a task after it was accepted: the book of tasks, their way through the statuses, their threads and files."""
