// The pictures of the layers: thumbnails, the lines between channels, and one channel enlarged.

const NO_RANGE = [0, 1]

// Red, green and blue of "#rrggbb".
function rgb(colour) {
  return [1, 3, 5].map(start => parseInt(colour.slice(start, start + 2), 16))
}

// The smallest (at most 0) and the largest value of a layer: the ends of its grey scale.
function rangeOf(values) {
  let [low, high] = [0, 0]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return high > low ? [low, high] : NO_RANGE
}

// Paints one channel of a layer on a canvas with as many pixels as the map has values.
function paintMap(canvas, values, [rows, columns, channels], channel, [low, high]) {
  if (canvas.width !== columns || canvas.height !== rows) {
    Object.assign(canvas, { width: columns, height: rows })
  }
  const pen = canvas.getContext("2d")
  const pixels = pen.createImageData(columns, rows)
  for (let index = 0; index < rows * columns; index++) {
    const grey = 255 * (values[index * channels + channel] - low) / (high - low)
    pixels.data.set([grey, grey, grey, 255], 4 * index)
  }
  pen.putImageData(pixels, 0, 0)
}

// The kernel from one input channel to one output channel, (size × size) values, row by row. A
// depthwise convolution has one for each channel, which is its only input.
function kernelOf(layer, input, output) {
  const [inputs, outputs] = [layer.inputs, layer.shape[2]]
  return Array.from({ length: layer.size ** 2 }, (_, tap) =>
    layer.kernel[(tap * inputs + input) * outputs + output])
}

// The strength of a kernel (the square root of its sum of squares) and the sign of its sum.
function strengthOf(kernel) {
  const sum = kernel.reduce((total, value) => total + value, 0)
  return { strength: Math.hypot(...kernel), positive: sum >= 0 }
}

// Paints a kernel in the colours of signed values; `largest` is the full colour.
function paintKernel(canvas, kernel, largest, colours) {
  const size = Math.sqrt(kernel.length)
  Object.assign(canvas, { width: size, height: size })
  const pen = canvas.getContext("2d")
  const pixels = pen.createImageData(size, size)
  kernel.forEach((value, index) => pixels.data.set([...signedColour(value / largest, colours), 255], 4 * index))
  pen.putImageData(pixels, 0, 0)
}

function signedColour(share, colours) {
  const end = rgb(share < 0 ? colours.negative : colours.positive)
  const amount = Math.min(1, Math.abs(share))
  return rgb(colours.neutral).map((value, index) => value + (end[index] - value) * amount)
}

// The connections of a channel: to channels of the stage before and of the stage after.
function connections(stages, place) {
  const found = []
  const join = (stage, next) => {
    const layer = next.layer
    for (let from = 0; from < stage.channels; from++) {
      for (let to = 0; to < next.channels; to++) {
        if (stage.number === place.stage ? from !== place.channel : to !== place.channel) continue
        if (layer.kind === "depthwise" || !layer.kernel) {
          const own = layer.kernel ? strengthOf(kernelOf(layer, 0, to)) : { strength: 1, positive: true }
          if (from === to) found.push({ stage, from, next, to, ...own })
        } else {
          found.push({ stage, from, next, to, ...strengthOf(kernelOf(layer, from, to)) })
        }
      }
    }
  }
  const [before, here, after] = [-1, 0, 1].map(step => stages[place.stage + step])
  if (before) join(before, here)
  if (after) join(here, after)
  return found
}

// Draws the lines of the connections over the thumbnails, wider for stronger kernels.
function drawLinks(canvas, frame, found, colours) {
  const area = frame.getBoundingClientRect()
  const ratio = window.devicePixelRatio || 1
  Object.assign(canvas, { width: area.width * ratio, height: area.height * ratio })
  const pen = canvas.getContext("2d")
  pen.scale(ratio, ratio)
  for (const half of [true, false]) {
    const part = found.filter(link => link.before === half)
    const largest = Math.max(...part.map(link => link.strength), 1e-9)
    for (const link of part) {
      const share = link.strength / largest
      const a = link.stage.tiles[link.from].getBoundingClientRect()
      const b = link.next.tiles[link.to].getBoundingClientRect()
      const [start, end] = ends(a, b, area)
      pen.strokeStyle = link.positive ? colours.positive : colours.negative
      pen.globalAlpha = 0.15 + 0.85 * share
      pen.lineWidth = 0.5 + 2 * share
      pen.beginPath()
      pen.moveTo(...start)
      pen.bezierCurveTo(...bend(start, end), ...end)
      pen.stroke()
    }
  }
}

// Where a line leaves one thumbnail and reaches the other: sideways, or downwards in rows.
function ends(a, b, area) {
  const middle = box => [(box.left + box.right) / 2 - area.left, (box.top + box.bottom) / 2 - area.top]
  if (b.left >= a.right) return [[a.right - area.left, middle(a)[1]], [b.left - area.left, middle(b)[1]]]
  return [[middle(a)[0], a.bottom - area.top], [middle(b)[0], b.top - area.top]]
}

function bend([x1, y1], [x2, y2]) {
  if (Math.abs(x2 - x1) > Math.abs(y2 - y1)) return [(x1 + x2) / 2, y1, (x1 + x2) / 2, y2]
  return [x1, (y1 + y2) / 2, x2, (y1 + y2) / 2]
}
