def class_losses(logits, scores, present):
    """l^k = -log ((votes for k + mean_i p_i^k) / (C + 1))."""
    neg_log_p, _ = log_probabilities(logits, present)
    count = present.sum(dim=1)
    mean = torch.where(present, (-neg_log_p).exp(), 0.0).sum(dim=1) / count.clamp(min=1)
    votes = functional.one_hot(neg_log_p.argmin(dim=2), logits.shape[2]) * present
    losses = (count + 1.0).double().log() - (votes.sum(dim=1) + mean).log()
    return torch.where(count > 0, losses, 0.0), present.double().expand_as(logits)
