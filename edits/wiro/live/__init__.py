"""What Wiro's socket reports while a task runs: `news` is what a wait reads; `connection` needs `websockets`, an extra."""
