"""The databases that answer queries of audiences, a module for each family; see `massctl.audience.query_engine`."""
