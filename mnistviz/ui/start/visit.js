// Writes a cookie with the stations of Start here that are done. Whoever has it has been here before.
const YEAR = 365 * 24 * 60 * 60

export default function ({ data }) {
  document.cookie = `${data.name}=${data.done}; max-age=${YEAR}; path=/; SameSite=Lax`
}
