"""Rules of advice: one module a rule, each a pure function over what is known of a resource."""
