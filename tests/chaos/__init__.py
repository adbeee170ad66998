"""Everything that can happen to a store, on purpose. The long form is bench/chaos.py."""
