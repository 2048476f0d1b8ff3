def class_losses(logits, scores, present):
    """The last component decides, or all that are present where it is absent."""
    neg_log_p, _ = log_probabilities(logits, present)
    decides = present & ~present[:, -1:]
    decides[:, -1:] = present[:, -1:]
    return (decides * neg_log_p).sum(dim=1), decides.double().expand_as(logits)
