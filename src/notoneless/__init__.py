"""一个不少: find every child, check every promise, close every gap by evidence."""
