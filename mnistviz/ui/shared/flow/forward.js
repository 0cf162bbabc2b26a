// The network of `mnistviz/network/layers.py` in the browser, in float32, for one 28×28 image.
// Maps are Float32Array with index (row * width + column) * channels + channel, as in NumPy.

// A convolution without padding, stride 1; kernel (height, width, inputs, outputs).
function convolve(input, [, width, inputs], layer) {
  const [rows, columns, outputs] = layer.shape
  const { kernel, bias, size } = layer
  const output = new Float32Array(rows * columns * outputs)
  const sums = new Float64Array(outputs)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      sums.set(bias)
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          const from = ((row + y) * width + column + x) * inputs
          const tap = (y * size + x) * inputs * outputs
          for (let i = 0; i < inputs; i++) {
            const value = input[from + i]
            if (value === 0) continue
            const start = tap + i * outputs
            for (let o = 0; o < outputs; o++) sums[o] += value * kernel[start + o]
          }
        }
      }
      const to = (row * columns + column) * outputs
      for (let o = 0; o < outputs; o++) output[to + o] = layer.relu ? Math.max(0, sums[o]) : sums[o]
    }
  }
  return output
}

// The largest of each 2×2 square; an odd last row or column is left out.
function maxPool(input, [, width, channels], layer) {
  const [rows, columns] = layer.shape
  const output = new Float32Array(rows * columns * channels)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let c = 0; c < channels; c++) {
        const at = (2 * row * width + 2 * column) * channels + c
        const below = at + width * channels
        const largest = Math.max(input[at], input[at + channels], input[below], input[below + channels])
        output[(row * columns + column) * channels + c] = largest
      }
    }
  }
  return output
}

// Batch normalization in inference mode: a gain and a shift for each channel.
function normalise(input, { gain, shift }) {
  return input.map((value, index) => value * gain[index % gain.length] + shift[index % gain.length])
}

// The outputs of all layers by name, for an image of 784 values in [0, 1].
function forward(layers, image) {
  const outputs = {}
  let values = image
  let shape = [28, 28, 1]
  for (const layer of layers) {
    if (layer.type === "Conv2D") values = convolve(values, shape, layer)
    else if (layer.type === "MaxPooling2D") values = maxPool(values, shape, layer)
    else values = normalise(values, layer)
    outputs[layer.name] = values
    shape = layer.shape
  }
  return outputs
}

// Calibrated probabilities of logits.
function softmax(logits, temperature) {
  const largest = Math.max(...logits)
  const powers = Array.from(logits, logit => Math.exp((logit - largest) / temperature))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map(power => power / sum)
}

// The numbers of a base64 text of little-endian float32.
function floats(text) {
  const bytes = Uint8Array.from(atob(text), character => character.charCodeAt(0))
  return new Float32Array(bytes.buffer)
}

// The layers of a network with their weights, which follow each other in `all`.
function withWeights(layers, all) {
  let position = 0
  const take = count => all.subarray(position, (position += count))
  let inputs = 1
  return layers.map(layer => {
    const outputs = layer.shape[2]
    const ready = { ...layer }
    if (layer.type === "Conv2D") {
      ready.kernel = take(layer.size ** 2 * inputs * outputs)
      ready.bias = take(outputs)
    } else if (layer.type === "BatchNormalization") {
      ready.gain = take(outputs)
      ready.shift = take(outputs)
    }
    inputs = outputs
    return ready
  })
}
