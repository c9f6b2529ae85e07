// A command line that cannot be followed.

export class WrongCall extends Error {}
