export async function openDevServerSide() {
  return undefined
}
