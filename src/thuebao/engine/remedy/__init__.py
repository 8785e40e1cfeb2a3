"""Whom a carrier has to notify: what an audit finds, with the contracts and the steps of every number."""
