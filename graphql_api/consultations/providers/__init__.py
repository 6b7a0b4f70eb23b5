"""Who answers messages: ``protocol`` is the interface, each provider has a module of its own."""
