"""What ``graphql-api serve`` runs, but for answers of the engine, of which none is kept."""

from graphql_api.archive import asking
from graphql_api.cli import main

if __name__ == "__main__":
    asking.KEPT_VALUES = 0
    main()
