/**
 * Does all tasks, `most` at once, and returns their results in the tasks' order. The first failure, or the signal, keeps further ones from
 * starting. It waits for those that have begun, so nothing goes on after it returns. @throws the first failure, or the signal's reason
 */
export async function inParallel<T, R>(
  tasks: readonly T[], most: number, run: (task: T, index: number) => Promise<R>, signal?: AbortSignal,
): Promise<R[]> {
  const results = new Array<R>(tasks.length), failures: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < tasks.length && failures.length === 0 && !signal?.aborted) {
      const index = next++;
      try {
        results[index] = await run(tasks[index]!, index);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, tasks.length) }, worker));
  if (failures.length > 0) throw failures[0];
  if (next < tasks.length) signal?.throwIfAborted();
  return results;
}
