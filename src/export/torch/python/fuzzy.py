def credibility(memberships):
    """r^k = (m^k + 1 - largest other m) / 2."""
    top = memberships.topk(2, dim=2)
    first = functional.one_hot(top.indices[:, :, 0], memberships.shape[2]).bool()
    return (memberships + 1 - torch.where(first, top.values[:, :, 1:], top.values[:, :, :1])) / 2


def class_losses(logits, scores, present):
    """l^k = -log r^k of memberships that are weighted by uncertainty and conflict."""
    length = logits.abs().pow(3).sum(dim=2, keepdim=True).pow(1 / 3)
    memberships = torch.where(length == 0, 0.0, logits / length).clamp(min=0)
    half = lambda r: -(r * r.clamp(min=1e-7).log())
    r = credibility(memberships)
    sure = 1 - (half(r) + half(1 - r)).mean(dim=2, keepdim=True) / math.log(2)
    here = torch.where(present, memberships, 0.0)
    size = here.norm(dim=2, keepdim=True)
    direction = torch.where(size == 0, 0.0, here / size)
    cosines = direction @ direction.transpose(1, 2) * (1 - torch.eye(logits.shape[1], dtype=torch.float64))
    others = present.sum(dim=1, keepdim=True) - 1
    merits = torch.where(others > 0, sure * cosines.sum(dim=2, keepdim=True) / others.clamp(min=1), sure)
    weights = softmax_present(merits, present)
    losses = -credibility(sum_present(memberships * weights, present)).clamp(min=1e-7).log()[:, 0]
    return torch.where(present.any(dim=1), losses, 0.0), weights.expand_as(logits)
