"""What the Snakefile and the scripts of the rules share: configuration, plan and stage set-up."""
