/** What an object itself has under a name. MySQL's names are its keys, and every object inherits things called `constructor`. */
export function own<T>(of: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(of, name) ? of[name] : undefined;
}

/** Gives an object a member of any name. An assignment to `__proto__` would change what the object inherits. */
export function setOwn<T>(of: Record<string, T>, name: string, value: T): void {
  if (name === "__proto__") Object.defineProperty(of, name, { value, enumerable: true, configurable: true, writable: true });
  else of[name] = value;
}
