"""Files and code that exports write, opened in an environment of its own: `make test-elsewhere`."""
