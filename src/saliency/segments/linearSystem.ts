/** b → x with A x = b, for a symmetric positive definite A: by its Cholesky factor. */
export function solveSymmetric(matrix: readonly Float64Array[]): (right: Float64Array) => Float64Array {
  const n = matrix.length;
  const lower = matrix.map((row) => row.slice());
  for (let j = 0; j < n; j++)
    for (let i = j; i < n; i++) {
      let rest = matrix[i][j];
      for (let k = 0; k < j; k++) rest -= lower[i][k] * lower[j][k];
      lower[i][j] = i === j ? Math.sqrt(rest) : rest / lower[j][j];
    }
  return (right) => {
    const x = right.slice();
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) x[i] -= lower[i][k] * x[k];
      x[i] /= lower[i][i];
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) x[i] -= lower[k][i] * x[k];
      x[i] /= lower[i][i];
    }
    return x;
  };
}
