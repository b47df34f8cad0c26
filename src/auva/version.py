"""The version of auva, apart from the package: a release changes only what names it."""

VERSION = "0.1.0"
