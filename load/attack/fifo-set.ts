interface Place<T> {
  readonly member: T;
  before: Place<T> | null;
  after: Place<T> | null;
  isTaken: boolean;
}

/**
 * Members in the order in which they joined. Each keeps one place for good, so joining and leaving allocate nothing: a Set
 * that is filled and emptied for each request is rebuilt all the time, and what it leaves behind outlives its collection.
 */
export class FifoSet<T extends object> {
  readonly #places = new Map<T, Place<T>>();
  #first: Place<T> | null = null;
  #last: Place<T> | null = null;

  /** The one that has been here the longest; null when nobody is. */
  get first(): T | null {
    return this.#first?.member ?? null;
  }

  /** The one that joined last; null when nobody is here. */
  get last(): T | null {
    return this.#last?.member ?? null;
  }

  /** Joins at the end; a member that is here already stays where it is. */
  join(member: T): void {
    const place = this.#placeOf(member);
    if (place.isTaken) return;
    place.isTaken = true;
    place.before = this.#last;
    if (this.#last === null) this.#first = place;
    else this.#last.after = place;
    this.#last = place;
  }

  /** Leaves, if it is here. */
  leave(member: T): void {
    const place = this.#places.get(member);
    if (place?.isTaken !== true) return;
    place.isTaken = false;
    if (place.before === null) this.#first = place.after;
    else place.before.after = place.after;
    if (place.after === null) this.#last = place.before;
    else place.after.before = place.before;
    place.before = null;
    place.after = null;
  }

  /** All members now, in their order. */
  all(): readonly T[] {
    const members: T[] = [];
    for (let place = this.#first; place !== null; place = place.after) members.push(place.member);
    return members;
  }

  #placeOf(member: T): Place<T> {
    const known = this.#places.get(member);
    if (known !== undefined) return known;
    const place = { member, before: null, after: null, isTaken: false };
    this.#places.set(member, place);
    return place;
  }
}
