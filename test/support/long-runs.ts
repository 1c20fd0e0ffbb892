/**
 * How much chance and real time the tests take. `npm run test:faults` sets FAULT_SCHEDULES to 10,000: random schedules search anew each time,
 * every crash is tried, and calls hang for as long as they would in production. With the real CLI it also runs moto, every example, a fresh
 * installation, other languages, and what once went wrong over several providers, regions and interruptions; test/histories holds those rules in
 * process, too. `npm test` takes a short part, the same for everybody.
 */
export const SCHEDULES = Number(process.env.FAULT_SCHEDULES ?? "60");
export const LONG = SCHEDULES >= 1_000;
/** FAULT_SEED repeats a run. */
export const SEED = Number(process.env.FAULT_SEED ?? (LONG ? Date.now() % 2 ** 31 : 20261121));
