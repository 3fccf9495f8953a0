"""The synthetic county: invented people in departments' files, the truth about them, and the scorer."""
