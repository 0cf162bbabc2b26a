// Arrays from Python, numbers as texts, colours, and a picture of values with a movable window.

// An array of float32 that Python sends as base64 text, with its shape.
const decode = ({ shape, values }) => {
  const bytes = Uint8Array.from(atob(values), letter => letter.charCodeAt(0))
  return { shape, values: new Float32Array(bytes.buffer) }
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high)

const largestOf = values => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1

// A number as a text with a sign, such as "+0.53" or "−0.53". There is no "−0.00".
const signed = (value, digits) => {
  const text = Math.abs(value).toFixed(digits)
  return (value < 0 && Number(text) > 0 ? '−' : '+') + text
}
const plain = (value, digits) => signed(value, digits).replace('+', '')

// Shows a number in an element. The exact one is in `data-value` and appears on hover.
const showNumber = (element, value, text) => {
  element.textContent = text
  element.dataset.value = value
  element.title = plain(value, 6)
}

// The colours of values: 256 of them, interpolated between `stops`, pairs of position and "#rrggbb".
class ColourScale {
  constructor(stops, isSigned) {
    this.isSigned = isSigned
    const rgb = hex => [1, 3, 5].map(start => parseInt(hex.slice(start, start + 2), 16))
    this.table = Array.from({ length: 256 }, (_, index) => {
      const position = index / 255
      const right = Math.max(1, stops.findIndex(([end]) => end >= position))
      const [[low, first], [high, last]] = [stops[right - 1], stops[right]]
      const [from, to] = [rgb(first), rgb(last)]
      const share = (position - low) / (high - low)
      return from.map((part, channel) => Math.round(part + share * (to[channel] - part)))
    })
  }

  // The colour [red, green, blue] of a value; `largest` is the magnitude at the end of the scale.
  of(value, largest) {
    const position = this.isSigned ? (value / largest + 1) / 2 : value / largest
    return this.table[clamp(Math.round(position * 255), 0, 255)]
  }
}

// The luminance of a colour in [0, 1] (WCAG 2, with a plain power), and that from which on dark text
// has more contrast than white text.
const luminance = rgb =>
  [0.2126, 0.7152, 0.0722].reduce((sum, part, at) => sum + part * (rgb[at] / 255) ** 2.2, 0)
const DARK_TEXT_FROM = 0.21

// Colours an element for a value, with text that can be read on it.
const colourElement = (element, value, largest, scale) => {
  const rgb = scale.of(value, largest)
  element.style.background = `rgb(${rgb.join(' ')})`
  element.style.color = luminance(rgb) > DARK_TEXT_FROM ? '#1b2333' : '#ffffff'
}

// A picture of values (height, width) in a <canvas>, and a window on it: a square with a frame.
// Values that are not painted yet are transparent.
class PixelMap {
  constructor(figure) {
    this.canvas = figure.querySelector('canvas')
    this.frame = figure.querySelector('.window')
    this.context = this.canvas.getContext('2d')
  }

  // `valueOf(index)` returns the value at row · width + column, `size` is the side of the window.
  show({ height, width, size, valueOf, largest, scale }, painted = null) {
    Object.assign(this, { height, width, size, valueOf, largest, scale })
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width
      this.canvas.height = height
    }
    this.canvas.style.aspectRatio = `${width} / ${height}`
    this.pixels = this.context.createImageData(width, height)
    for (let index = 0; index < height * width; index++) {
      if (!painted || painted[index]) this.colour(index)
    }
    this.context.putImageData(this.pixels, 0, 0)
    this.frame.style.width = `${100 * size / width}%`
    this.frame.style.height = `${100 * size / height}%`
  }

  colour(index) {
    this.pixels.data.set([...this.scale.of(this.valueOf(index), this.largest), 255], 4 * index)
  }

  paint(index) {
    this.colour(index)
    const [row, column] = [Math.floor(index / this.width), index % this.width]
    this.context.putImageData(this.pixels, 0, 0, column, row, 1, 1)
  }

  moveWindow(row, column) {
    const [x, y] = [column, row].map(place => 100 * place / this.size)
    this.frame.style.transform = `translate(${x}%, ${y}%)`
  }

  // The fractional column and row of a pointer.
  at(event) {
    const box = this.canvas.getBoundingClientRect()
    return {
      row: (event.clientY - box.top) / box.height * this.height,
      column: (event.clientX - box.left) / box.width * this.width,
    }
  }
}
