"""What must not change what audioq says: declared as a table, measured on samples/ and on a small simulated set."""
