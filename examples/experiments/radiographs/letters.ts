/** L and R, of 4×5 dots: the sides that technicians mark on a radiograph. */
export const letters: readonly (readonly string[])[] = [
  ['#...', '#...', '#...', '#...', '####'],
  ['###.', '#..#', '###.', '#.#.', '#..#'],
];
