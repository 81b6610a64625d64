"""The forms in which the program is given to users, one a file, and what they share."""
