import fc from 'fast-check';

/** Small whole numbers, so that ties abound. */
const value = fc.integer({ min: -4, max: 4 });

export const list = (minLength = 1, maxLength = 10) => fc.array(value, { minLength, maxLength });

/** 2 to 8 rows, 2 to 6 columns. */
export const tables = fc
  .tuple(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 2, max: 6 }))
  .chain(([n, k]) =>
    fc.array(fc.array(value, { minLength: k, maxLength: k }), { minLength: n, maxLength: n }),
  );

/** 1 = smallest, ties share the mean: one plus the smaller ones, plus half of the other equal ones. */
export const literalRanks = (row: number[]) =>
  row.map((v) => 1 + row.filter((w) => w < v).length + (row.filter((w) => w === v).length - 1) / 2);

export const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
