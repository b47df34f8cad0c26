"""The version of auva, in a module of its own, so that a release changes no other code."""

VERSION = "0.1.0"
