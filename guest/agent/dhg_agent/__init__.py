"""The agent in a dhg guest: runs what the host sends, and sends back what comes of it."""

VERSION = "1.0"
