/** The variable that names the file in which the tests' set-up keeps the catalog of the commerce schema. */
export const totesysVariable = "SLUICE_TEST_TOTESYS";
