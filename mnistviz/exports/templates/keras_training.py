# %% The training


# region soft
def loss_of(targets, logits):
    """Cross-entropy with the labels, and the comparison with soft labels at temperature 2."""
    hard = keras.losses.categorical_crossentropy(targets[:, :NUM_CLASSES], logits, from_logits=True)
    soft, cool = targets[:, NUM_CLASSES:], keras.ops.log_softmax(logits / 2)
    known = keras.ops.sum(soft * keras.ops.log(keras.ops.maximum(soft, 1e-12)), axis=-1)
    taught = 4 * (known - keras.ops.sum(soft * cool, axis=-1))
    share = RECIPE["soft_labels"]
    return (1 - share) * hard + share * taught
# endregion soft
# region hard
def loss_of(targets, logits):
    """The cross-entropy with the labels."""
    return keras.losses.categorical_crossentropy(targets, logits, from_logits=True)
# endregion hard


def accuracy(targets, logits):
    right = keras.ops.argmax(targets[:, :NUM_CLASSES], axis=-1) == keras.ops.argmax(logits, axis=-1)
    return keras.ops.cast(right, "float32")


def train(data=DATA, epochs=RECIPE["epochs"], limit=None):
    """Train the network; return it. `limit`: train and validate on so many images, for a try."""
    x_train, y_train, x_test, y_test = load_data(data)
    images, labels = training_set(x_train, y_train)
    num_images = min(limit or len(images), len(images))
    held_out = RECIPE["held_out"]
    x_valid, y_valid = x_train[-held_out:], y_train[-held_out:]
    if not held_out:
        x_valid, y_valid = x_test, y_test
    network = build()
# region start
    network.set_weights([BESIDE[f"weights_{number}"] for number in range(NUM_ARRAYS)])
# endregion start
# region average
    averaged = build()
    averages = network.get_weights()
    averaged.set_weights(averages)
# endregion average
    # Trained on the logits: the last layer, the softmax, is part of the loss.
    model = keras.Model(network.inputs, network.layers[-2].output)
    model.compile(keras.optimizers.Adam(), loss_of, metrics=[accuracy])
    steps = -(-num_images // RECIPE["batch_size"])
    for epoch in range(epochs):
        order = order_of(epoch, num_images)
        model.reset_metrics()
        for number in range(steps):
            step = epoch * steps + number
            chosen = order[number * RECIPE["batch_size"] :][: RECIPE["batch_size"]]
            model.optimizer.learning_rate = learning_rate_at(step, steps, steps * epochs)
            batch = batch_of(images, chosen, step)
            result = model.train_on_batch(batch, targets_of(labels, chosen), return_dict=True)
# region average
            kept = kept_share(step)
            now = network.get_weights()
            averages = [kept * a + (1 - kept) * w for a, w in zip(averages, now, strict=True)]
        averaged.set_weights(averages)
        loss, right = evaluate(averaged, x_valid[:limit], y_valid[:limit])
# endregion average
# region plain
        loss, right = evaluate(network, x_valid[:limit], y_valid[:limit])
# endregion plain
        print(
            f"epoch {epoch + 1}: loss {result['loss']:.4f}, accuracy {result['accuracy']:.4f}, "
            f"validation loss {loss:.4f}, accuracy {right:.4f}"
        )
# region average
    network.set_weights(averages)
# endregion average
    if held_out:
        loss, right = evaluate(network, x_test[:limit], y_test[:limit])
        print(f"test loss {loss:.4f}, accuracy {right:.4f}")
    return network


def evaluate(network, images, labels):
    """The mean cross-entropy and the accuracy in inference mode."""
    return score(network.predict(as_input(images), batch_size=1000, verbose=0), labels)
