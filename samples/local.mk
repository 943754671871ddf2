# What the project ships to look at, with its provenance.
