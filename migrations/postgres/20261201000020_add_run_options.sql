-- What a run does otherwise than the deployment's other runs, as JSON: targets, replacements, names of variables.
ALTER TABLE runs ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
