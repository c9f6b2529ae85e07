// The builders of where-clauses, as `filter`.

export { contains, containsRange, equals, geoContains, geoWithin, range } from "./filter.ts"
