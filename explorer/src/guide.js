// What a guide's page has beside its text: the search.

import { searchForm } from "./search.js";

for (const place of document.querySelectorAll("[data-search]")) place.append(searchForm());
