"""Pages: parse, call one query or command, render."""
