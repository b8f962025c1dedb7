package banklayout

// GB2312 says whether two bytes are a character of GB 2312-80. GBK has the same bytes
// for those and puts others into the gaps, so strict GB2312 is GBK without what fails here.
func GB2312(first, second byte) bool {
	if second < 0xa1 || second > 0xfe {
		return false
	}
	cell := second - 0xa0
	switch row := first - 0xa0; row {
	case 1, 3:
		return true
	case 2:
		return cell >= 17 && cell <= 66 || cell >= 69 && cell <= 78 || cell >= 81 && cell <= 92
	case 4:
		return cell <= 83
	case 5:
		return cell <= 86
	case 6:
		return cell <= 24 || cell >= 33 && cell <= 56
	case 7:
		return cell <= 33 || cell >= 49 && cell <= 81
	case 8:
		return cell <= 26 || cell >= 37 && cell <= 73
	case 9:
		return cell >= 4 && cell <= 79
	case 55:
		return cell <= 89
	default:
		return row >= 16 && row <= 87
	}
}
