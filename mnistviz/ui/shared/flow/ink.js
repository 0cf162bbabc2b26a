// The 28×28 image of a drawing in the browser, as `strokes.py` and `preprocessing.py` make it.
// A stroke is a list of [x, y] in pixels of a square pad of 280.
const SHEET = 280
const INK = 240
const BRUSH_SHARE = 0.1
const SOFTNESS = 5
const INK_THRESHOLD = 0.1
const BOX = 20
const PAD_BRUSH = 18

// The sheet with the strokes scaled to a fixed size and drawn with MNIST's pen, in [0, 1].
function redrawnInk(strokes) {
  const points = strokes.flat()
  const [xs, ys] = [points.map(point => point[0]), points.map(point => point[1])]
  const low = [Math.min(...xs), Math.min(...ys)]
  const high = [Math.max(...xs), Math.max(...ys)]
  const length = Math.max(high[0] - low[0], high[1] - low[1])
  const isDot = length <= PAD_BRUSH
  const brush = INK * (isDot ? PAD_BRUSH / (length + PAD_BRUSH) : BRUSH_SHARE)
  const scale = length ? (INK - brush) / length : 0
  const middle = [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2]
  const place = point => [0, 1].map(axis => (point[axis] - middle[axis]) * scale + SHEET / 2)
  const canvas = Object.assign(document.createElement("canvas"), { width: SHEET, height: SHEET })
  const pen = canvas.getContext("2d", { willReadFrequently: true })
  drawLines(pen, strokes.map(stroke => stroke.map(place)), brush, "#fff")
  const pixels = pen.getImageData(0, 0, SHEET, SHEET).data
  const ink = new Float32Array(SHEET * SHEET)
  for (let index = 0; index < ink.length; index++) ink[index] = pixels[4 * index + 3] / 255
  return blurred(ink)
}

// Lines with round ends and joins; a single point is a dot.
function drawLines(pen, lines, width, colour) {
  Object.assign(pen, { lineCap: "round", lineJoin: "round", lineWidth: width, strokeStyle: colour })
  for (const line of lines) {
    pen.beginPath()
    pen.moveTo(...line[0])
    for (const point of line.length > 1 ? line.slice(1) : line) pen.lineTo(...point)
    pen.stroke()
  }
}

// The sheet after a Gaussian blur.
function blurred(ink) {
  const radius = 3 * SOFTNESS
  const weights = []
  for (let x = -radius; x <= radius; x++) weights.push(Math.exp(-x * x / (2 * SOFTNESS ** 2)))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  let values = ink
  for (const [along, across] of [[1, SHEET], [SHEET, 1]]) {
    const result = new Float32Array(values.length)
    for (let line = 0; line < SHEET; line++) {
      for (let at = 0; at < SHEET; at++) {
        const value = values[line * across + at * along]
        if (value === 0) continue
        const first = Math.max(0, at - radius)
        const last = Math.min(SHEET - 1, at + radius)
        for (let to = first; to <= last; to++) {
          result[line * across + to * along] += value * weights[to - at + radius] / sum
        }
      }
    }
    values = result
  }
  return values
}

// The first and last + 1 row or column with ink.
function inkRange(ink, along, across) {
  const has = line => {
    for (let at = 0; at < SHEET; at++) if (ink[line * across + at * along] > INK_THRESHOLD) return true
    return false
  }
  let [first, end] = [0, SHEET]
  while (first < SHEET && !has(first)) first++
  while (end > first && !has(end - 1)) end--
  return [first, end]
}

// For each of `size` pixels the source pixels that Pillow's box filter averages: [first, end].
function boxWindows(length, size) {
  const scale = length / size
  const half = Math.max(scale, 1) / 2
  return Array.from({ length: size }, (_, index) => {
    const centre = (index + 0.5) * scale
    const first = Math.max(0, Math.trunc(centre - half + 0.5))
    const end = Math.min(length, Math.trunc(centre + half + 0.5))
    const inside = []
    for (let at = first; at < end; at++) {
      const away = (at - centre + 0.5) / Math.max(scale, 1)
      if (away > -0.5 && away <= 0.5) inside.push(at)
    }
    return inside
  })
}

// The first of 28 pixels of a profile whose centre of mass is placed at pixel 14.
function centredStart(profile) {
  const sum = profile.reduce((total, value) => total + value, 0)
  const centre = profile.reduce((total, value, at) => total + value * at, 0) / sum
  return Math.min(Math.max(roundToEven(14 - centre), 0), 28 - profile.length)
}

// Python's `round`: a half goes to the even neighbour.
function roundToEven(value) {
  const down = Math.floor(value)
  return value - down === 0.5 ? down + (down % 2) : Math.round(value)
}

// The input of the network for strokes, 784 values in [0, 1]; all 0 without strokes.
function imageOf(strokes) {
  const image = new Float32Array(784)
  if (!strokes.length) return image
  const ink = redrawnInk(strokes)
  const [left, right] = inkRange(ink, SHEET, 1)
  const [top, bottom] = inkRange(ink, 1, SHEET)
  const scale = BOX / Math.max(right - left, bottom - top)
  if (!Number.isFinite(scale)) return image
  const width = Math.max(1, roundToEven((right - left) * scale))
  const height = Math.max(1, roundToEven((bottom - top) * scale))
  const [columns, rows] = [boxWindows(right - left, width), boxWindows(bottom - top, height)]
  const scaled = rows.map(ys => columns.map(xs => {
    let sum = 0
    for (const y of ys) for (const x of xs) sum += ink[(top + y) * SHEET + left + x]
    return sum / (xs.length * ys.length)
  }))
  const largest = Math.max(...scaled.flat())
  const startX = centredStart(columns.map((_, x) => scaled.reduce((sum, row) => sum + row[x], 0)))
  const startY = centredStart(scaled.map(row => row.reduce((sum, value) => sum + value, 0)))
  scaled.forEach((row, y) => row.forEach((value, x) => {
    image[(startY + y) * 28 + startX + x] = value / largest
  }))
  return image
}
