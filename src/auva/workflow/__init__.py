"""Code for the Snakefile and the scripts of the rules: configuration, plan and job set-up."""
