/**
 * Does all tasks, `most` at once. The first failure, or the signal, keeps further ones from starting; those begun are
 * waited for, so that nothing goes on after it returns. @throws the first failure, or the signal's reason
 */
export async function inParallel<T>(
  tasks: readonly T[], most: number, run: (task: T, index: number) => Promise<void>, signal?: AbortSignal,
): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | null = null;
  const worker = async (): Promise<void> => {
    while (next < tasks.length && !failure && !signal?.aborted) {
      const index = next++;
      try {
        await run(tasks[index]!, index);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, tasks.length) }, worker));
  if (failure) throw (failure as { readonly error: unknown }).error;
  if (next < tasks.length) signal?.throwIfAborted();
}
